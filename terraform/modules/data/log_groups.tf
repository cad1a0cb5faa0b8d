# Log groups: the service's records, shells opened with execute-command, the VPC's flow logs, the firewall's decisions.

locals {
  log_groups = {
    service  = { name = "${var.log_path}/${var.service_name}", class = "STANDARD" } # metric filters read it
    exec     = { name = "${var.log_path}/exec", class = var.log_class }
    flow     = { name = "${var.log_path}/flow-logs", class = var.log_class }
    firewall = { name = "aws-waf-logs-${var.name}", class = var.log_class } # WAF insists on this prefix
  }
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = local.log_groups

  name              = each.value.name
  retention_in_days = var.retention_days
  log_group_class   = each.value.class
  kms_key_id        = aws_kms_key.this.arn
  skip_destroy      = var.retain_data
  tags              = { Name = each.value.name }
}

resource "aws_cloudwatch_log_data_protection_policy" "service" {
  log_group_name = aws_cloudwatch_log_group.this["service"].name
  policy_document = jsonencode({
    Name    = var.name
    Version = "2021-06-01"
    Statement = [
      {
        Sid            = "audit"
        DataIdentifier = [for kind in var.sensitive_data : "arn:aws:dataprotection::aws:data-identifier/${kind}"]
        Operation      = { Audit = { FindingsDestination = {} } }
      },
      {
        Sid            = "mask"
        DataIdentifier = [for kind in var.sensitive_data : "arn:aws:dataprotection::aws:data-identifier/${kind}"]
        Operation      = { Deidentify = { MaskConfig = {} } }
      },
    ]
  })
}

resource "aws_cloudwatch_log_anomaly_detector" "service" {
  detector_name           = var.name
  log_group_arn_list      = [aws_cloudwatch_log_group.this["service"].arn]
  evaluation_frequency    = "FIFTEEN_MIN"
  anomaly_visibility_time = 21 # days
  enabled                 = true
  tags                    = { Name = var.name }
}
