# What outlives a deployment: the key (keys.tf), images (images.tf), records (log_groups.tf) and access logs
# (access_logs.tf). With retain_data they stay when the stack is destroyed.
