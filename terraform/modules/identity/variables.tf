variable "name" {
  description = "First part of all names: project and environment."
  type        = string
}

variable "environment" {
  description = "Name of the GitHub environment whose jobs may deploy; the same as ours."
  type        = string
}

variable "account" {
  description = "AWS account id."
  type        = string
}

variable "region" {
  description = "Region in which the roles may act."
  type        = string
}

variable "repository" {
  description = "owner/name of the GitHub repository whose workflows take the roles."
  type        = string
  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository is ${var.repository}; expected owner/name without a wildcard."
  }
}

variable "actions" {
  description = "API actions that a deploy needs, by AWS service; the plan role has those that only read."
  type        = map(list(string))
}

variable "state_bucket" {
  description = "Name of the bucket of Terraform's state."
  type        = string
}
