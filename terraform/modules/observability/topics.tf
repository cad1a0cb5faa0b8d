# One topic a severity. Only CloudWatch and Budgets of this account publish, only over TLS.

locals {
  severities = { critical = var.receivers.critical, warning = var.receivers.warning }
  # From the names, so that a plan shows the actions of each alarm.
  topic_arns = { for severity, topic in aws_sns_topic.this : severity => "arn:aws:sns:${var.region}:${var.account}:${topic.name}" }
  subscriptions = merge([
    for severity, receivers in local.severities : {
      for receiver in receivers : "${severity}/${receiver}" => { severity = severity, endpoint = receiver }
    }
  ]...)
}

resource "aws_sns_topic" "this" {
  for_each = local.severities

  name              = "${var.name}-${each.key}"
  kms_master_key_id = var.key_arn
  tags              = { Name = "${var.name}-${each.key}" }
}

resource "aws_sns_topic_policy" "this" {
  for_each = aws_sns_topic.this

  arn = each.value.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = local.topic_arns[each.key]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "Notifications"
        Effect    = "Allow"
        Principal = { Service = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] }
        Action    = "sns:Publish"
        Resource  = local.topic_arns[each.key]
        Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
      },
    ]
  })
}

resource "aws_sns_topic_subscription" "this" {
  for_each = local.subscriptions

  topic_arn = aws_sns_topic.this[each.value.severity].arn
  protocol  = startswith(each.value.endpoint, "https://") ? "https" : "email"
  endpoint  = each.value.endpoint
}
