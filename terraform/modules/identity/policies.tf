# What the roles may do: the recorded actions, in this region; IAM only on what carries our name.

locals {
  per_policy = 120 # a managed policy has at most 6,144 characters; an action takes 30 to 45
  # IAM and STS are in statements of their own: their actions are limited to resources of ours.
  regional = sort(flatten([
    for service, actions in var.actions : [for action in actions : "${service}:${action}"] if !contains(["iam", "sts"], service)
  ]))
  reading   = "^[a-z0-9-]+:(BatchGet|Describe|Filter|Get|Head|List|Lookup|Search|View)"
  iam       = sort([for action in lookup(var.actions, "iam", []) : "iam:${action}"])
  our_roles = "arn:aws:iam::${var.account}:role/${var.name}-*"
  our_iam = [
    "arn:aws:iam::${var.account}:oidc-provider/${local.issuer}",
    "arn:aws:iam::${var.account}:policy/${var.name}-*",
    local.our_roles,
  ]

  deploy_policies = {
    for index, actions in chunklist(local.regional, local.per_policy) : tostring(index + 1) => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "Recorded"
        Effect    = "Allow"
        Action    = actions
        Resource  = ["*"]
        Condition = { StringEquals = { "aws:RequestedRegion" = local.regions } }
      }]
    })
  }
  plan_policies = {
    for index, actions in chunklist([for action in local.regional : action if can(regex(local.reading, action))], local.per_policy) :
    tostring(index + 1) => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "RecordedReads"
        Effect    = "Allow"
        Action    = actions
        Resource  = ["*"]
        Condition = { StringEquals = { "aws:RequestedRegion" = local.regions } }
      }]
    })
  }
  regions = distinct([var.region, "us-east-1"]) # global services answer from there

  deploy_iam = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [for actions in [[for action in local.iam : action if action != "iam:PassRole"]] : {
        Sid      = "OurRolesAndPolicies"
        Effect   = "Allow"
        Action   = actions
        Resource = local.our_iam
      } if length(actions) > 0],
      [{
        Sid       = "PassToServices"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [local.our_roles]
        Condition = { StringEquals = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com", "vpc-flow-logs.amazonaws.com"] } }
      }],
    )
  })

  state_arn = "arn:aws:s3:::${var.state_bucket}"
  plan_state = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        { Sid = "ReadState", Effect = "Allow", Action = ["s3:GetObject", "s3:ListBucket"], Resource = [local.state_arn, "${local.state_arn}/*"] },
        { Sid = "Lock", Effect = "Allow", Action = ["s3:DeleteObject", "s3:PutObject"], Resource = ["${local.state_arn}/*.tflock"] },
        { Sid = "CdkLookup", Effect = "Allow", Action = ["sts:AssumeRole"], Resource = ["arn:aws:iam::${var.account}:role/cdk-*-lookup-role-${var.account}-${var.region}"] },
      ],
      [for actions in [[for action in local.iam : action if can(regex(local.reading, action))]] : {
        Sid      = "OurRolesAndPolicies"
        Effect   = "Allow"
        Action   = actions
        Resource = local.our_iam
      } if length(actions) > 0],
    )
  })
  deploy_state = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "State", Effect = "Allow", Action = ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"], Resource = [local.state_arn, "${local.state_arn}/*"] },
      { Sid = "Cdk", Effect = "Allow", Action = ["sts:AssumeRole"], Resource = ["arn:aws:iam::${var.account}:role/cdk-*-${var.account}-${var.region}"] },
    ]
  })
}

# The most that both roles can ever do, whatever policies they get: no users, no keys, no way around this policy.
resource "aws_iam_policy" "boundary" {
  name        = "${var.name}-boundary"
  description = "Bound of the roles ${var.name}-plan and ${var.name}-deploy"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Services"
        Effect   = "Allow"
        Action   = [for service in sort(distinct(concat(keys(var.actions), ["iam", "s3", "sts"]))) : "${service}:*"]
        Resource = ["*"]
      },
      {
        Sid    = "NoUsersNoKeys"
        Effect = "Deny"
        Action = [
          "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateUser", "iam:DeleteRolePermissionsBoundary",
          "iam:PutRolePermissionsBoundary", "iam:UpdateLoginProfile",
        ]
        Resource = ["*"]
      },
      {
        Sid      = "BoundStays"
        Effect   = "Deny"
        Action   = ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"]
        Resource = ["arn:aws:iam::${var.account}:policy/${var.name}-boundary"]
      },
    ]
  })
  tags = { Name = "${var.name}-boundary" }
}
