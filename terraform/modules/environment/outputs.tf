output "settings" {
  description = "The file's values. Everything else takes them from here, so nothing is planned when one is bad."
  value       = local.values
  precondition {
    condition = length(local.problems) == 0
    # The first only, as CDK does. Terraform breaks long lines, but none that begins with a space.
    error_message = "Nothing is planned:\n  ${try(local.problems[0], "")}"
  }
}
