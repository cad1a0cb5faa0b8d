# GitHub's workflows take two roles by OpenID Connect, without stored keys: `plan` for pull requests, which only reads, and
# `deploy` for jobs of the GitHub environment. `sub` is compared exactly: with a wildcard any branch could deploy.

locals {
  issuer = "token.actions.githubusercontent.com"
  roles = {
    plan = {
      description = "Plans of pull requests; only reads"
      subject     = "repo:${var.repository}:pull_request"
      policies    = merge(local.plan_policies, { state = local.plan_state })
    }
    deploy = {
      description = "Deploys from the GitHub environment ${var.environment}"
      subject     = "repo:${var.repository}:environment:${var.environment}"
      policies    = merge(local.deploy_policies, { iam = local.deploy_iam, state = local.deploy_state })
    }
  }
  attached = merge([
    for role, value in local.roles : { for part, policy in value.policies : "${role}-${part}" => { role = role, policy = policy } }
  ]...)
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
  tags           = { Name = "${var.name}-github" }
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name                 = "${var.name}-${each.key}"
  description          = each.value.description
  max_session_duration = 3600
  permissions_boundary = aws_iam_policy.boundary.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::${var.account}:oidc-provider/${local.issuer}" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "${local.issuer}:aud" = "sts.amazonaws.com", "${local.issuer}:sub" = each.value.subject }
      }
    }]
  })
  tags       = { Name = "${var.name}-${each.key}" }
  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_policy" "this" {
  for_each = local.attached

  name        = "${var.name}-${each.key}"
  description = "Part of what the role ${var.name}-${each.value.role} may do"
  policy      = each.value.policy
  tags        = { Name = "${var.name}-${each.key}" }
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.attached

  role       = aws_iam_role.this[each.value.role].name
  policy_arn = aws_iam_policy.this[each.key].arn
}
