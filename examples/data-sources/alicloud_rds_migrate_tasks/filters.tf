# What failed in the databases whose names begin with "order", and why.
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

# Still the verdict on every database whose name begins with "order", and on its newest task:
# "status" and "backup_mode" narrow the list, never the verdict.
output "orders_succeeded" {
  value = data.alicloud_rds_migrate_tasks.failed.all_succeeded
}
