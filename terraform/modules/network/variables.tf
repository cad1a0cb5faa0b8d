variable "name" {
  description = "First part of all names: project and environment."
  type        = string
}

variable "account" {
  description = "AWS account id; flow logs of others cannot use the role."
  type        = string
}

variable "region" {
  description = "Region of the VPC."
  type        = string
}

variable "vpc_cidr" {
  description = "Address range of the VPC."
  type        = string
  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0))
    error_message = "vpc_cidr is ${var.vpc_cidr}; expected an IPv4 range such as 10.10.0.0/16."
  }
}

variable "subnets" {
  description = "Address ranges of the public and the private subnet of each availability zone, by its name."
  type        = map(object({ public = string, private = string }))
  validation {
    condition     = length(var.subnets) >= 2
    error_message = "subnets has ${length(var.subnets)} zones; a load balancer needs at least 2."
  }
}

variable "egress" {
  description = "How tasks reach AWS: single_nat, nat_per_az or endpoints."
  type        = string
  validation {
    condition     = contains(["single_nat", "nat_per_az", "endpoints"], var.egress)
    error_message = "egress is ${var.egress}; expected single_nat, nat_per_az or endpoints."
  }
}

variable "endpoint_services" {
  description = "AWS services that get an interface endpoint when there is no NAT, without com.amazonaws and region."
  type        = set(string)
}

variable "flow_logs" {
  description = "Name of the log group of flow logs and its ARN, without the final :*."
  type        = object({ name = string, arn = string })
}
