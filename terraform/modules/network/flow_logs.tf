# Every accepted and rejected connection of the VPC, into CloudWatch Logs.

resource "aws_flow_log" "this" {
  vpc_id                   = aws_vpc.this.id
  traffic_type             = "ALL"
  log_destination_type     = "cloud-watch-logs"
  log_destination          = var.flow_logs.arn
  iam_role_arn             = aws_iam_role.flow_logs.arn
  max_aggregation_interval = 600 # seconds; 60 costs ten times the records
  tags                     = { Name = var.name }
  depends_on               = [aws_iam_role_policy_attachment.flow_logs]
}

resource "aws_iam_role" "flow_logs" {
  name        = "${var.name}-flow-logs"
  description = "Writes the flow logs of ${var.name}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account } }
    }]
  })
  tags = { Name = "${var.name}-flow-logs" }
}

# Managed, not inline: an inline policy is a finding of HIPAA, PCI and NIST.
resource "aws_iam_policy" "flow_logs" {
  name        = "${var.name}-flow-logs"
  description = "Write to the log group of flow logs, and nothing else"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
      Resource = ["${var.flow_logs.arn}:*"]
    }]
  })
  tags = { Name = "${var.name}-flow-logs" }
}

resource "aws_iam_role_policy_attachment" "flow_logs" {
  role       = aws_iam_role.flow_logs.name
  policy_arn = aws_iam_policy.flow_logs.arn
}
