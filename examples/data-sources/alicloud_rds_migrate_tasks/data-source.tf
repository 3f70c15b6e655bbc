data "alicloud_rds_migrate_tasks" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
}

# For each database: the task with which its migration succeeded, or why it has not succeeded.
output "databases" {
  value = {
    for name, database in data.alicloud_rds_migrate_tasks.shop.databases :
    name => database.succeeded ? "succeeded (task ${database.migrate_task_id})" : database.reason
  }
}
