# What the container reads from its environment: from SSM, so that a task definition holds no values.

resource "aws_ssm_parameter" "this" {
  for_each = var.parameters

  name        = "${var.parameter_path}/${each.key}"
  description = "${each.key} of ${var.name}"
  type        = "String"
  value       = each.value
  tags        = { Name = "${var.parameter_path}/${each.key}" }
}

locals {
  # From the names, so that a plan shows the task definition and the policies that have them.
  parameter_arns = {
    for key in keys(var.parameters) :
    key => "arn:aws:ssm:${var.region}:${var.account}:parameter${var.parameter_path}/${key}"
  }
}
