# The failed full migrations of the databases whose names start with "order".
data "alicloud_rds_migrate_tasks" "failed" {
  db_instance_id = "rm-uf6wjk5shop"
  name_regex     = "^order"
  status         = "Failed"
  backup_mode    = "FULL"
}

output "failures" {
  value = {
    for task in data.alicloud_rds_migrate_tasks.failed.tasks :
    task.migrate_task_id => "${task.db_name}: ${task.description}"
  }
}

# Whether the migration of every database whose name starts with "order" has succeeded. "status" and "backup_mode" filter
# only the tasks: they do not change this result.
output "orders_succeeded" {
  value = data.alicloud_rds_migrate_tasks.failed.all_succeeded
}
