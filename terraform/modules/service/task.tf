# The task definition: one container, read-only but for its volumes, without capabilities, image by digest.

locals {
  volumes = merge(var.container.writable, var.service.exec ? var.container.writable_for_exec : {})
  container = {
    name                   = var.service.name
    image                  = "${var.repository.url}@${var.service.image_digest}"
    essential              = true
    user                   = var.container.user
    privileged             = false
    readonlyRootFilesystem = true
    stopTimeout            = var.service.stop_timeout
    linuxParameters = {
      initProcessEnabled = true
      capabilities       = { drop = ["ALL"] }
    }
    portMappings = [
      for port in [var.container.port, var.container.metrics_port] : { containerPort = port, hostPort = port, protocol = "tcp" }
    ]
    mountPoints = [
      for volume, path in local.volumes : { sourceVolume = volume, containerPath = path, readOnly = false }
    ]
    # A task reads its parameters when it starts: a change of one must be a new task definition.
    dockerLabels = { parameters-sha256 = sha256(jsonencode(var.parameters)) }
    secrets      = [for key, arn in local.parameter_arns : { name = key, valueFrom = arn }]
    healthCheck = {
      command     = var.container.health_command
      interval    = 15
      timeout     = 5
      retries     = 3
      startPeriod = var.container.grace_seconds
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = var.log_groups["service"].name
        awslogs-region        = var.region
        awslogs-stream-prefix = var.service.name
        # A driver that blocks stops the service when CloudWatch Logs is slow; this one drops what its buffer cannot hold.
        mode            = "non-blocking"
        max-buffer-size = var.service.log_driver_buffer
      }
    }
  }
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.service.cpu
  memory                   = var.service.memory
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode([local.container])
  tags                     = { Name = var.name }

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.service.architecture
  }

  dynamic "volume" {
    for_each = local.volumes
    content {
      name = volume.key
    }
  }
}
