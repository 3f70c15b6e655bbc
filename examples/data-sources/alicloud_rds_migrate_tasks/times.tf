# The tasks that were created in the last three days.
data "alicloud_rds_migrate_tasks" "recent" {
  db_instance_id = "rm-uf6wjk5shop"
  start_time     = timeadd(plantimestamp(), "-72h")

  timeouts = {
    read = "2m"
  }
}

output "recent_ids" {
  value = data.alicloud_rds_migrate_tasks.recent.ids
}
