output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Ids of the public subnets by availability zone."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "private_subnet_ids" {
  description = "Ids of the private subnets by availability zone; ready when tasks there reach AWS."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
  depends_on = [
    aws_route.private_nat, aws_route_table_association.private, aws_vpc_endpoint.interface, aws_vpc_endpoint.s3,
  ]
}
