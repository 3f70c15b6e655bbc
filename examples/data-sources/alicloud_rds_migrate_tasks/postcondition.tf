# Stops the plan or the apply that reads it, until both databases are there.
data "alicloud_rds_migrate_tasks" "cutover" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]

  lifecycle {
    postcondition {
      condition = self.all_succeeded
      error_message = format("Not migrated yet: %s.", join(", ", setsubtract(
        self.db_names,
        [for name, database in self.databases : name if database.succeeded],
      )))
    }
  }
}

# Stands for what must not go ahead before.
resource "terraform_data" "release" {
  input = keys(data.alicloud_rds_migrate_tasks.cutover.databases)
}
