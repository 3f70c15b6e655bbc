data "alicloud_rds_migrate_tasks" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
}

# The newest task of a database counts; older ones do not.
output "databases" {
  value = {
    for name, database in data.alicloud_rds_migrate_tasks.shop.databases :
    name => "${database.status} (task ${database.migrate_task_id})"
  }
}
