output "role_arns" {
  description = "ARNs of the roles plan and deploy, for the workflows."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}
