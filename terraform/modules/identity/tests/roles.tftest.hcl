# Who may take which role, and what the roles may do.

mock_provider "aws" {
  mock_resource "aws_iam_policy" {
    defaults        = { arn = "arn:aws:iam::123456789012:policy/test" }
    override_during = plan
  }
}

variables {
  name         = "test-dev"
  environment  = "dev"
  account      = "123456789012"
  region       = "eu-west-1"
  repository   = "example/repository"
  state_bucket = "test-dev-state"
  actions = {
    ec2 = ["CreateVpc", "DescribeVpcs"]
    iam = ["CreateRole", "GetRole", "PassRole"]
    sts = ["GetCallerIdentity"]
  }
}

run "subjects" {
  command = plan
  assert {
    condition = { for name, role in aws_iam_role.this : name => jsondecode(role.assume_role_policy).Statement[0].Condition } == {
      deploy = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com", "token.actions.githubusercontent.com:sub" = "repo:example/repository:environment:dev" } }
      plan   = { StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com", "token.actions.githubusercontent.com:sub" = "repo:example/repository:pull_request" } }
    }
    error_message = "Each role is for one subject, compared exactly."
  }
}

run "plan_only_reads" {
  command = plan
  assert {
    condition     = jsondecode(aws_iam_policy.this["plan-1"].policy).Statement[0].Action == ["ec2:DescribeVpcs"]
    error_message = "Of the recorded actions only those that read."
  }
}

run "deploy_does_what_was_recorded" {
  command = plan
  assert {
    condition     = jsondecode(aws_iam_policy.this["deploy-1"].policy).Statement[0].Action == ["ec2:CreateVpc", "ec2:DescribeVpcs"]
    error_message = "Exactly the recorded actions."
  }
  assert {
    condition     = jsondecode(aws_iam_policy.this["deploy-iam"].policy).Statement[0].Action == ["iam:CreateRole", "iam:GetRole"]
    error_message = "IAM's actions are on what carries our name."
  }
  assert {
    condition     = jsondecode(aws_iam_policy.this["deploy-iam"].policy).Statement[1].Condition.StringEquals["iam:PassedToService"] == ["ecs-tasks.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
    error_message = "Roles are passed to ECS and flow logs only."
  }
}

run "a_wildcard_for_a_repository" {
  command = plan
  variables {
    repository = "example/*"
  }
  expect_failures = [var.repository]
}
