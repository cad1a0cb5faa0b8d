variable "name" {
  description = "Name of the load balancer, cluster, service and task definition: project and environment."
  type        = string
  validation {
    condition     = length(var.name) <= 32
    error_message = "name is ${var.name}; a load balancer's name has at most 32 characters."
  }
}

variable "account" {
  description = "AWS account id."
  type        = string
}

variable "region" {
  description = "Region of everything here."
  type        = string
}

variable "network" {
  description = "Ids of the VPC, of its public subnets (load balancer) and private subnets (tasks), by availability zone."
  type        = object({ vpc_id = string, public_subnet_ids = map(string), private_subnet_ids = map(string) })
}

variable "service" {
  description = "Size, count, scaling and times of the service, as in the environment file; memory in MiB, times in seconds."
  type = object({
    name                    = string
    image_digest            = string
    architecture            = string
    cpu                     = number
    memory                  = number
    min_tasks               = number
    max_tasks               = number
    scale_cpu_percent       = number
    scale_requests_per_task = number
    on_demand_base          = number
    spot_percent            = number
    stop_timeout            = number
    deregistration_delay    = number
    log_driver_buffer       = string
    exec                    = bool
  })
  validation {
    condition     = can(regex("^sha256:[0-9a-f]{64}$", var.service.image_digest))
    error_message = "image_digest is ${var.service.image_digest}; expected sha256: and 64 hexadecimal digits, never a tag."
  }
  validation {
    condition     = var.service.stop_timeout <= 120 && var.service.deregistration_delay <= var.service.stop_timeout
    error_message = "stop_timeout is ${var.service.stop_timeout} s, deregistration_delay ${var.service.deregistration_delay} s; expected delay <= timeout <= 120."
  }
}

variable "container" {
  description = "What the image fixes: ports, user, health check, writable paths by volume, seconds until a task's health counts."
  type = object({
    port              = number
    metrics_port      = number
    user              = string
    health_path       = string
    health_command    = list(string)
    writable          = map(string)
    writable_for_exec = map(string)
    grace_seconds     = number
  })
}

variable "parameter_path" {
  description = "First part of the SSM parameters' names: /project/environment."
  type        = string
}

variable "parameters" {
  description = "Values of the SSM parameters by name; the container gets each as a variable. None is secret."
  type        = map(string)
}

variable "repository" {
  description = "ARN and URL of the image repository."
  type        = object({ arn = string, url = string })
}

variable "log_groups" {
  description = "Names and ARNs (without the final :*) of the log groups service, exec and firewall."
  type        = map(object({ name = string, arn = string }))
  validation {
    condition     = alltrue([for key in ["service", "exec", "firewall"] : contains(keys(var.log_groups), key)])
    error_message = "log_groups has ${join(", ", keys(var.log_groups))}; expected service, exec and firewall."
  }
}

variable "key_arn" {
  description = "ARN of the key that encrypts execute-command sessions."
  type        = string
}

variable "access_logs" {
  description = "Bucket and prefix of the load balancer's access logs."
  type        = object({ bucket = string, prefix = string })
}

variable "domain" {
  description = "Host name of the service and the ARN of its certificate."
  type        = object({ name = string, certificate_arn = string })
}

variable "firewall" {
  description = "Requests of one address within five minutes before it is blocked, and AWS's rule groups."
  type        = object({ requests_per_five_minutes = number, managed_rules = list(string) })
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted."
  type        = bool
}

variable "rollback_alarms" {
  description = "Names of the alarms that roll a deployment back."
  type        = set(string)
}
