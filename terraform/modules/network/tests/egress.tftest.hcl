# The three ways out: one NAT gateway, one a zone, endpoints and none.

mock_provider "aws" {}

variables {
  name              = "test-dev"
  account           = "123456789012"
  region            = "eu-west-1"
  vpc_cidr          = "10.0.0.0/16"
  endpoint_services = ["logs", "ecr.api"]
  flow_logs         = { name = "/test/dev/flow-logs", arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/test/dev/flow-logs" }
  subnets = {
    eu-west-1a = { public = "10.0.0.0/24", private = "10.0.16.0/20" }
    eu-west-1b = { public = "10.0.1.0/24", private = "10.0.32.0/20" }
  }
}

run "single_nat" {
  command = plan
  variables {
    egress = "single_nat"
  }
  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-west-1a"]
    error_message = "One NAT gateway, in the first zone."
  }
  assert {
    condition     = keys(aws_route.private_nat) == ["eu-west-1a", "eu-west-1b"]
    error_message = "Every private subnet has a way out."
  }
  assert {
    condition     = length(aws_vpc_endpoint.interface) == 0 && length(aws_security_group.endpoints) == 0
    error_message = "NAT needs no interface endpoints."
  }
}

run "nat_per_az" {
  command = plan
  variables {
    egress = "nat_per_az"
  }
  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-west-1a", "eu-west-1b"] && keys(aws_eip.nat) == keys(aws_nat_gateway.this)
    error_message = "A NAT gateway with an address in each zone."
  }
}

run "endpoints" {
  command = plan
  variables {
    egress = "endpoints"
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_eip.nat) == 0 && length(aws_route.private_nat) == 0
    error_message = "No NAT gateway, no address, no route."
  }
  assert {
    condition     = aws_vpc_endpoint.interface["ecr.api"].service_name == "com.amazonaws.eu-west-1.ecr.api"
    error_message = "Endpoints of the region."
  }
  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.interface : endpoint.private_dns_enabled])
    error_message = "AWS's own names lead to the endpoints."
  }
}

run "s3_is_never_over_nat" {
  command = plan
  variables {
    egress = "nat_per_az"
  }
  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway"
    error_message = "S3 has a gateway endpoint."
  }
}

run "another_way_out" {
  command = plan
  variables {
    egress = "internet"
  }
  expect_failures = [var.egress]
}

run "one_zone" {
  command = plan
  variables {
    egress  = "single_nat"
    subnets = { eu-west-1a = { public = "10.0.0.0/24", private = "10.0.16.0/20" } }
  }
  expect_failures = [var.subnets]
}

run "nothing_is_public_by_default" {
  command = plan
  variables {
    egress = "single_nat"
  }
  assert {
    condition     = !anytrue([for subnet in concat(values(aws_subnet.public), values(aws_subnet.private)) : subnet.map_public_ip_on_launch])
    error_message = "No subnet gives public addresses."
  }
}
