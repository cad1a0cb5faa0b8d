# Reads one environment file and checks it against environments/schema.json, so that a mistake is one line and nothing is
# created. Terraform has no JSON schema; what ours uses of it (type, enum, pattern, bounds, items) is checked here.

locals {
  file   = "environments/${var.name}.yaml"
  values = try(merge(yamldecode(file("${var.directory}/${var.name}.yaml"))), {})
  schema = jsondecode(file(var.schema_file)).properties

  sections = { for key, rule in local.schema : key => rule if rule.type == "object" }

  # Values as JSON, since a map cannot hold values of different types; null where the key is missing.
  section_json = { for key, _ in local.sections : key => try(jsonencode(local.values[key]), null) }
  good_sections = [
    for key, json in local.section_json : key if startswith(coalesce(json, "null"), "{")
  ]
  leaves = merge(
    {
      for key, rule in local.schema : key => { rule = rule, json = try(jsonencode(local.values[key]), null) }
      if rule.type != "object"
    },
    [
      for section in local.good_sections : {
        for key, rule in local.sections[section].properties :
        "${section}.${key}" => { rule = rule, json = try(jsonencode(local.values[section][key]), null) }
      }
    ]...
  )

  kinds = { "\"" = "string", "[" = "array", "{" = "object", "t" = "boolean", "f" = "boolean", "n" = "null" }
  kind_of = {
    for path, leaf in local.leaves :
    path => leaf.json == null ? "missing" : lookup(local.kinds, substr(leaf.json, 0, 1), "number")
  }
  typed = {
    for path, leaf in local.leaves : path => leaf if local.kind_of[path] == leaf.rule.type
    || (leaf.rule.type == "integer" && local.kind_of[path] == "number" && can(regex("^-?[0-9]+$", leaf.json)))
  }
  good = {
    for path, leaf in local.typed : path => leaf if alltrue([
      contains([for value in try(leaf.rule.enum, [jsondecode(leaf.json)]) : jsonencode(value)], leaf.json),
      try(leaf.rule.pattern, null) == null || can(regex(leaf.rule.pattern, jsondecode(leaf.json))),
      try(tonumber(leaf.json) >= leaf.rule.minimum, true),
      try(tonumber(leaf.json) <= leaf.rule.maximum, true),
      try(length(jsondecode(leaf.json)) >= leaf.rule.minItems, true),
      try(length(jsondecode(leaf.json)) <= leaf.rule.maxItems, true),
      try(length(jsondecode(leaf.json)) == length(distinct(jsondecode(leaf.json))), true),
    ])
  }
  bad_items = merge([
    for path, leaf in local.good : {
      for index, item in jsondecode(leaf.json) : "${path}[${index}]" => {
        expected = leaf.rule["x-expected"], json = jsonencode(item)
      } if !can(regex("^\"", jsonencode(item))) || !can(regex(leaf.rule.items.pattern, item))
    } if leaf.rule.type == "array"
  ]...)

  lines = concat(
    length(local.values) > 0 ? [] : ["expected a mapping in YAML"],
    [
      for key in setsubtract(keys(local.values), keys(local.schema)) :
      "${key}: unknown key, expected one of ${join(", ", keys(local.schema))}"
    ],
    flatten([
      for section in local.good_sections : [
        for key in setsubtract(keys(local.values[section]), keys(local.sections[section].properties)) :
        "${section}.${key}: unknown key, expected one of ${join(", ", keys(local.sections[section].properties))}"
      ]
    ]),
    [
      for key, rule in local.sections :
      local.section_json[key] == null ? "${key}: missing, expected ${rule["x-expected"]}" : "${key}: got ${local.section_json[key]}, expected ${rule["x-expected"]}"
      if !contains(local.good_sections, key)
    ],
    [
      for path, leaf in local.leaves :
      leaf.json == null ? "${path}: missing, expected ${leaf.rule["x-expected"]}" : "${path}: got ${leaf.json}, expected ${leaf.rule["x-expected"]}"
      if !contains(keys(local.good), path)
    ],
    [for path, item in local.bad_items : "${path}: got ${item.json}, expected ${item.expected}"],
  )
}
