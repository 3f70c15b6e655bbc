# Fails the plan or apply that reads it until the migration of both databases has succeeded.
data "alicloud_rds_migrate_tasks" "cutover" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]

  lifecycle {
    postcondition {
      condition = self.all_succeeded
      # A database without a task is not in "databases".
      error_message = format("Not migrated yet: %s.", join(", ", [
        for name in self.db_names : name if !try(self.databases[name].succeeded, false)
      ]))
    }
  }
}

# Placeholder for a resource that must not be applied before.
resource "terraform_data" "release" {
  input = keys(data.alicloud_rds_migrate_tasks.cutover.databases)
}
