# Rules across keys: environments/README.md lists them. They are looked at when every value is good by itself.

locals {
  region = try(local.values.region, "")
  zones  = try(local.values.availability_zones, [])
  cidrs = try(concat(
    [{ path = "network.vpc_cidr", cidr = local.values.network.vpc_cidr }],
    [for index, cidr in local.values.network.public_subnets : { path = "network.public_subnets[${index}]", cidr = cidr }],
    [for index, cidr in local.values.network.private_subnets : { path = "network.private_subnets[${index}]", cidr = cidr }],
  ), [])

  # First and last address as numbers: Terraform has no function that says whether a range lies in another.
  ranges = [
    for range in local.cidrs : merge(range, {
      start = try(cidrhost(range.cidr, 0), "")
      first = try(sum([for index, octet in split(".", cidrhost(range.cidr, 0)) : tonumber(octet) * pow(256, 3 - index)]), 0)
      last = try(
        sum([for index, octet in split(".", cidrhost(range.cidr, 0)) : tonumber(octet) * pow(256, 3 - index)])
        + pow(2, 32 - tonumber(split("/", range.cidr)[1])) - 1, 0
      )
    })
  ]
  vpc     = try(local.ranges[0], { first = 0, last = 0, cidr = "" })
  subnets = try(slice(local.ranges, 1, length(local.ranges)), [])
  overlaps = {
    for index, subnet in local.subnets : subnet.path => [
      for other in slice(local.subnets, 0, index) : other.cidr if subnet.first <= other.last && other.first <= subnet.last
    ]
  }
  memories = try(local.schema.service.properties.memory["x-memory-of-cpu"][tostring(local.values.service.cpu)], [])
  prod     = try(local.values.environment == "prod", false)

  across = length(local.lines) > 0 ? [] : concat(
    local.values.environment == var.name ? [] : [
      "environment: got ${jsonencode(local.values.environment)}, expected ${var.name}, the file's name"
    ],
    [
      for index, zone in local.zones :
      "availability_zones[${index}]: got ${jsonencode(zone)}, expected a zone of ${local.region}"
      if !can(regex("^${local.region}[a-z]$", zone))
    ],
    [
      for range in local.ranges :
      "${range.path}: got ${jsonencode(range.cidr)}, expected ${range.start}/${split("/", range.cidr)[1]}, the first address of the range"
      if range.start != split("/", range.cidr)[0]
    ],
    [
      for key in ["public_subnets", "private_subnets"] :
      "network.${key}: got ${jsonencode(local.values.network[key])}, expected ${length(local.zones)} ranges, one per availability zone"
      if length(local.values.network[key]) != length(local.zones)
    ],
    [
      for subnet in local.subnets :
      "${subnet.path}: got ${jsonencode(subnet.cidr)}, expected a range inside vpc_cidr ${local.vpc.cidr}"
      if subnet.first < local.vpc.first || subnet.last > local.vpc.last
    ],
    [
      for subnet in local.subnets :
      "${subnet.path}: got ${jsonencode(subnet.cidr)}, expected a range that does not overlap ${local.overlaps[subnet.path][0]}"
      if length(local.overlaps[subnet.path]) > 0
    ],
    local.service_rules,
    local.values.domain.certificate_arn == "arn:aws:acm:${local.region}:${local.values.account}:certificate/${split("/", local.values.domain.certificate_arn)[1]}" ? [] : [
      "domain.certificate_arn: got ${jsonencode(local.values.domain.certificate_arn)}, expected a certificate of ${local.region} and account ${local.values.account}"
    ],
    local.prod ? local.prod_rules : [],
  )

  service = try(local.values.service, null)
  service_rules = try(concat(
    contains(local.memories, local.service.memory) ? [] : [
      "service.memory: got ${local.service.memory}, expected ${join(", ", local.memories)} MiB with cpu ${local.service.cpu}"
    ],
    local.service.on_demand_base >= local.service.min_tasks ? [] : [
      "service.on_demand_base: got ${local.service.on_demand_base}, expected at least min_tasks, ${local.service.min_tasks}"
    ],
    local.service.max_tasks >= 2 * local.service.min_tasks ? [] : [
      "service.max_tasks: got ${local.service.max_tasks}, expected at least twice min_tasks, ${2 * local.service.min_tasks}"
    ],
    local.service.deregistration_delay <= local.service.stop_timeout ? [] : [
      "service.deregistration_delay: got ${local.service.deregistration_delay}, expected at most stop_timeout, ${local.service.stop_timeout}"
    ],
  ), [])
  prod_rules = try(concat(
    length(local.zones) >= 3 ? [] : ["availability_zones: got ${jsonencode(local.zones)}, expected at least three zones in prod"],
    local.service.min_tasks >= 2 ? [] : ["service.min_tasks: got ${local.service.min_tasks}, expected at least 2 in prod"],
    local.service.exec ? ["service.exec: got true, expected false in prod"] : [],
    [
      for key in ["deletion", "retain_data"] : "protection.${key}: got false, expected true in prod"
      if !local.values.protection[key]
    ],
  ), [])

  problems = [for line in concat(local.lines, local.across) : "${local.file}: ${line}"]
}
