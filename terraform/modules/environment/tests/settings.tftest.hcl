# The files of this repository are good, and what is wrong stops everything that depends on them.

variables {
  directory   = "../../../environments"
  schema_file = "../../../environments/schema.json"
}

run "dev_is_good" {
  command = plan
  variables {
    name = "dev"
  }
  assert {
    condition     = output.settings.environment == "dev" && length(output.settings.availability_zones) == 2
    error_message = "dev has not the values of its file."
  }
}

run "prod_is_good" {
  command = plan
  variables {
    name = "prod"
  }
  assert {
    condition     = output.settings.protection.retain_data
    error_message = "prod does not keep its data."
  }
}

run "no_such_environment" {
  command = plan
  variables {
    name = "test"
  }
  expect_failures = [var.name]
}

run "a_file_that_is_no_environment" {
  command = plan
  variables {
    name = "stack"
  }
  expect_failures = [var.name]
}

run "a_bad_file" {
  command = plan
  variables {
    name      = "dev"
    directory = "tests/bad"
  }
  expect_failures = [output.settings]
}
