# Load balancer: TLS 1.3 on 443, port 80 only redirects there.

resource "aws_lb" "this" {
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = false
  subnets                    = values(var.network.public_subnet_ids)
  security_groups            = [aws_security_group.load_balancer.id]
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "defensive"
  enable_http2               = true
  enable_deletion_protection = var.deletion_protection
  idle_timeout               = 60
  tags                       = { Name = var.name }

  access_logs {
    enabled = true
    bucket  = var.access_logs.bucket
    prefix  = var.access_logs.prefix
  }
}

resource "aws_lb_target_group" "this" {
  name                 = var.name
  vpc_id               = var.network.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = var.container.port
  deregistration_delay = var.service.deregistration_delay
  tags                 = { Name = var.name }

  health_check {
    path                = var.container.health_path
    protocol            = "HTTP"
    port                = "traffic-port"
    matcher             = "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-3-2021-06"
  certificate_arn   = var.domain.certificate_arn
  tags              = { Name = "${var.name}-https" }

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"
  tags              = { Name = "${var.name}-http" }

  default_action {
    type = "redirect"
    redirect {
      host        = var.domain.name # the name that the certificate fits
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}
