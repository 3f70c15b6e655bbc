# Tests what reads the databases of a gate. In a mocked gate, databases is an empty map, so the
# test replaces the outputs of the module that contains the gate.

mock_provider "alicloud" {}

override_module {
  target = module.cut_over
  outputs = {
    databases = {
      customers = { migrate_task_id = "564522545" }
      orders    = { migrate_task_id = "564522547" }
    }
  }
}

run "lists_the_tasks" {
  assert {
    condition     = output.tasks == { customers = "564522545", orders = "564522547" }
    error_message = "The tasks are ${jsonencode(output.tasks)}."
  }
}
