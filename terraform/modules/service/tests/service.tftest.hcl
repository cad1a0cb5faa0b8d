# The task definition, what Spot takes, what execute-command adds.

mock_provider "aws" {}

variables {
  name    = "test-dev"
  account = "123456789012"
  region  = "eu-west-1"
  network = {
    vpc_id             = "vpc-0"
    public_subnet_ids  = { eu-west-1a = "subnet-0", eu-west-1b = "subnet-1" }
    private_subnet_ids = { eu-west-1a = "subnet-2", eu-west-1b = "subnet-3" }
  }
  service = {
    name                    = "orders", image_digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
    architecture            = "ARM64", cpu = 256, memory = 512, min_tasks = 2, max_tasks = 4, scale_cpu_percent = 60
    scale_requests_per_task = 600, on_demand_base = 2, spot_percent = 50, stop_timeout = 30, deregistration_delay = 20
    log_driver_buffer       = "25m", exec = false
  }
  container = {
    port     = 8000, metrics_port = 8080, user = "65532", health_path = "/health/ready", health_command = ["CMD", "true"]
    writable = { tmp = "/tmp" }, writable_for_exec = { ssm = "/var/lib/amazon/ssm" }, grace_seconds = 60
  }
  parameter_path = "/test/dev"
  parameters     = { LOG_LEVEL = "INFO" }
  repository = {
    arn = "arn:aws:ecr:eu-west-1:123456789012:repository/test-dev/orders"
    url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-dev/orders"
  }
  log_groups = {
    service  = { name = "/test/dev/orders", arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/test/dev/orders" }
    exec     = { name = "/test/dev/exec", arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/test/dev/exec" }
    firewall = { name = "aws-waf-logs-test-dev", arn = "arn:aws:logs:eu-west-1:123456789012:log-group:aws-waf-logs-test-dev" }
  }
  key_arn             = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000000"
  access_logs         = { bucket = "test-dev-alb-logs", prefix = "alb" }
  domain              = { name = "logs.example.com", certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0" }
  firewall            = { requests_per_five_minutes = 2000, managed_rules = ["AWSManagedRulesCommonRuleSet"] }
  deletion_protection = true
  rollback_alarms     = ["test-dev-TargetErrors"]
}

run "the_container" {
  command = plan
  assert {
    condition     = local.container.readonlyRootFilesystem && local.container.user == "65532" && local.container.linuxParameters.capabilities.drop == ["ALL"]
    error_message = "Read-only, not root, no capabilities."
  }
  assert {
    condition     = [for mount in local.container.mountPoints : mount.containerPath] == ["/tmp"]
    error_message = "Only the volumes of the image are writable."
  }
  assert {
    condition     = local.container.secrets == [{ name = "LOG_LEVEL", valueFrom = "arn:aws:ssm:eu-west-1:123456789012:parameter/test/dev/LOG_LEVEL" }]
    error_message = "Settings are parameters."
  }
  assert {
    condition     = length(aws_iam_role_policy_attachment.exec) == 0
    error_message = "Our code may do nothing in AWS."
  }
}

run "with_execute_command" {
  command = plan
  variables {
    service = {
      name                    = "orders", image_digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
      architecture            = "ARM64", cpu = 256, memory = 512, min_tasks = 2, max_tasks = 4, scale_cpu_percent = 60
      scale_requests_per_task = 600, on_demand_base = 2, spot_percent = 50, stop_timeout = 30, deregistration_delay = 20
      log_driver_buffer       = "25m", exec = true
    }
  }
  assert {
    condition     = [for mount in local.container.mountPoints : mount.containerPath] == ["/var/lib/amazon/ssm", "/tmp"]
    error_message = "Its agent writes below a read-only root."
  }
  assert {
    condition     = length(aws_iam_role_policy_attachment.exec) == 1 && aws_ecs_service.this.enable_execute_command
    error_message = "The task role opens its channels."
  }
}

run "spot_is_what_is_above_the_base" {
  command = plan
  assert {
    condition = { for share in aws_ecs_service.this.capacity_provider_strategy : share.capacity_provider => [share.base, share.weight] } == {
      FARGATE = [2, 50], FARGATE_SPOT = [0, 50]
    }
    error_message = "Base on demand, half of the rest on Spot."
  }
}

run "no_spot" {
  command = plan
  variables {
    service = {
      name                    = "orders", image_digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
      architecture            = "ARM64", cpu = 256, memory = 512, min_tasks = 2, max_tasks = 4, scale_cpu_percent = 60
      scale_requests_per_task = 600, on_demand_base = 2, spot_percent = 0, stop_timeout = 30, deregistration_delay = 20
      log_driver_buffer       = "25m", exec = false
    }
  }
  assert {
    condition     = [for share in aws_ecs_service.this.capacity_provider_strategy : share.capacity_provider] == ["FARGATE"]
    error_message = "Without a share Spot is not in the strategy."
  }
}

run "a_tag_instead_of_a_digest" {
  command = plan
  variables {
    service = {
      name                    = "orders", image_digest = "latest"
      architecture            = "ARM64", cpu = 256, memory = 512, min_tasks = 2, max_tasks = 4, scale_cpu_percent = 60
      scale_requests_per_task = 600, on_demand_base = 2, spot_percent = 50, stop_timeout = 30, deregistration_delay = 20
      log_driver_buffer       = "25m", exec = false
    }
  }
  expect_failures = [var.service]
}

run "port_80_redirects_to_the_name" {
  command = plan
  assert {
    condition     = aws_lb_listener.http.default_action[0].redirect[0].host == "logs.example.com"
    error_message = "Visitors come to the name that the certificate fits."
  }
}
