# Execution role: what ECS does for a task (pull, parameters, records). Task role: what our code may do, which is nothing
# but what execute-command needs, where that is on.

locals {
  tasks_may_assume = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:${var.region}:${var.account}:*" }
        StringEquals = { "aws:SourceAccount" = var.account }
      }
    }]
  })
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  description        = "Starts the tasks of ${var.name}"
  assume_role_policy = local.tasks_may_assume
  tags               = { Name = "${var.name}-execution" }
}

resource "aws_iam_policy" "execution" {
  name        = "${var.name}-execution"
  description = "Pull the image, read the parameters, write records"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Login"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = ["*"] # has no resource
      },
      {
        Sid      = "Pull"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = [var.repository.arn]
      },
      {
        Sid      = "Parameters"
        Effect   = "Allow"
        Action   = ["ssm:GetParameters"]
        Resource = values(local.parameter_arns)
      },
      {
        Sid      = "Records"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${var.log_groups["service"].arn}:*"]
      },
    ]
  })
  tags = { Name = "${var.name}-execution" }
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = aws_iam_policy.execution.arn
}

resource "aws_iam_role" "task" {
  name               = "${var.name}-task"
  description        = "Code in the tasks of ${var.name}"
  assume_role_policy = local.tasks_may_assume
  tags               = { Name = "${var.name}-task" }
}

resource "aws_iam_policy" "exec" {
  for_each = toset(var.service.exec ? ["this"] : [])

  name        = "${var.name}-exec"
  description = "execute-command: its channels, its key, its log group"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Channels"
        Effect = "Allow"
        Action = [
          "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
        ]
        Resource = ["*"] # have no resource
      },
      {
        Sid      = "LogGroups"
        Effect   = "Allow"
        Action   = ["logs:DescribeLogGroups"]
        Resource = ["*"] # has no resource
      },
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        Resource = ["${var.log_groups["exec"].arn}:*"]
      },
      {
        Sid      = "Key"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = [var.key_arn]
      },
    ]
  })
  tags = { Name = "${var.name}-exec" }
}

resource "aws_iam_role_policy_attachment" "exec" {
  for_each = aws_iam_policy.exec

  role       = aws_iam_role.task.name
  policy_arn = each.value.arn
}
