variable "name" {
  description = "First part of all names: project and environment."
  type        = string
}

variable "log_path" {
  description = "First part of the log groups' names: /project/environment."
  type        = string
}

variable "service_name" {
  description = "Name of the service: last part of its image repository and log group."
  type        = string
}

variable "account" {
  description = "AWS account id."
  type        = string
  validation {
    condition     = can(regex("^[0-9]{12}$", var.account))
    error_message = "account is ${var.account}; expected twelve digits."
  }
}

variable "region" {
  description = "Region of everything here."
  type        = string
}

variable "retention_days" {
  description = "Days that CloudWatch keeps records; one of the values that PutRetentionPolicy accepts."
  type        = number
  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.retention_days
    )
    error_message = "retention_days is ${var.retention_days}; expected a value that CloudWatch Logs accepts."
  }
}

variable "log_class" {
  description = "Class of the log groups that no metric filter reads: STANDARD or INFREQUENT_ACCESS."
  type        = string
  validation {
    condition     = contains(["STANDARD", "INFREQUENT_ACCESS"], var.log_class)
    error_message = "log_class is ${var.log_class}; expected STANDARD or INFREQUENT_ACCESS."
  }
}

variable "retain_data" {
  description = "Whether images, records and access logs stay when the stack is destroyed."
  type        = bool
}

variable "sensitive_data" {
  description = "AWS's names of the kinds of data that are reported and masked in the service's records."
  type        = list(string)
}

variable "images" {
  description = "Which images expire: untagged ones after some days, candidates but the newest `keep`."
  type        = object({ untagged_days = number, candidates = object({ prefix = string, keep = number }) })
}

variable "access_logs" {
  description = "Prefix of the load balancer's access logs, and the days after which they and stale uploads go."
  type        = object({ prefix = string, expire_days = number, abort_upload_days = number })
}
