data "alicloud_rds_migrate_tasks" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
}

# Why each migration has not succeeded, or the task with which it has.
output "databases" {
  value = {
    for name, database in data.alicloud_rds_migrate_tasks.shop.databases :
    name => database.succeeded ? "succeeded (task ${database.migrate_task_id})" : database.reason
  }
}
