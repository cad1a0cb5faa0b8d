# The service on ECS Fargate. What is in front of it: load_balancer.tf, firewall.tf, security_groups.tf; what runs:
# task.tf, parameters.tf, roles.tf; how many: scaling.tf.

resource "aws_ecs_cluster" "this" {
  name = var.name
  tags = { Name = var.name }

  setting {
    name  = "containerInsights"
    value = "enhanced" # disk, memory and counts of each task; alarms read them
  }

  configuration {
    execute_command_configuration {
      kms_key_id = var.key_arn
      logging    = "OVERRIDE"
      log_configuration {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = var.log_groups["exec"].name
      }
    }
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

locals {
  # The base never runs on Spot; of the tasks above it, these shares do and do not.
  capacity = {
    FARGATE      = { base = var.service.on_demand_base, weight = 100 - var.service.spot_percent }
    FARGATE_SPOT = { base = 0, weight = var.service.spot_percent }
  }
}

resource "aws_ecs_service" "this" {
  name                               = var.name
  cluster                            = aws_ecs_cluster.this.arn
  task_definition                    = aws_ecs_task_definition.this.arn
  platform_version                   = "LATEST"
  desired_count                      = var.service.min_tasks
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = var.container.grace_seconds
  availability_zone_rebalancing      = "ENABLED"
  enable_execute_command             = var.service.exec
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"
  wait_for_steady_state              = true # a deployment that is rolled back fails the apply
  tags                               = { Name = var.name }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  alarms {
    enable      = true
    rollback    = true
    alarm_names = var.rollback_alarms
  }

  # On the service: one that inherits the cluster's strategy shows a difference in every plan.
  dynamic "capacity_provider_strategy" {
    for_each = { for provider, share in local.capacity : provider => share if share.base + share.weight > 0 }
    content {
      capacity_provider = capacity_provider_strategy.key
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }

  network_configuration {
    subnets          = values(var.network.private_subnet_ids)
    security_groups  = [aws_security_group.service.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = var.service.name
    container_port   = var.container.port
  }

  lifecycle {
    ignore_changes = [desired_count] # autoscaling's
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.this, aws_iam_role_policy_attachment.execution, aws_iam_role_policy_attachment.exec,
    aws_lb_listener.https, aws_ssm_parameter.this, aws_vpc_security_group_egress_rule.service_https,
    aws_vpc_security_group_ingress_rule.service,
  ]
}
