--- Future: what a task of a far pool will have returned.  It stays in the task that submitted.
local client = require "remote.client"
local check = require "remote.check"
local jobs = require "remote.jobs"
local object = require "remote.object"

local future = object.class "future"

local function deadline(call, seconds)
  if seconds == nil then return nil end
  return check.deadline("future", call, seconds)
end

--- future.new: that of a job, whose `parts` are what the pool was given; value(job) returns what get does where it was
--- done well.
function future.new(record, job, value)
  return client.object(future.metatable, { kind = "future", space = record.space, id = record.id, name = record.name,
    options = {}, pool = record, job = job, value = value })
end

future.method("get", 1, function(self, timeout)
  local job = self.job
  if not jobs.await(self.pool, "get", job, deadline("get", timeout)) then return nil, "timeout" end
  if not job.ok then jobs.raise(self.pool, "get", job.error) end
  return self.value(job)
end)

future.method("wait", 1, function(self, timeout)
  if jobs.await(self.pool, "wait", self.job, deadline("wait", timeout)) then return true end
  return nil, "timeout"
end)

future.method("is_ready", 0, function(self) return jobs.await(self.pool, "is_ready", self.job, 0) end)

future.method("is_ok", 0, function(self)
  if not jobs.await(self.pool, "is_ok", self.job, 0) then
    object.misuse(self.pool, "is_ok", "the task has not ended; ask is_ready or wait first")
  end
  return self.job.ok
end)

future.method("cancel", 0, function(self)
  if self.job.done then return false end
  return jobs.cancel(self.pool, "cancel", self.job.parts)
end)

function future.metatable.__tostring(self)
  local record = client.record(self)
  local job = record.job
  if job.done then return "future: " .. (job.ok and "done" or "failed") end
  return ("future of %s: not ready"):format(object.title(record.pool))
end

--- future.watch: for ipc.wait: any result in the box may be this one's.
function future.watch(self)
  if self.job.done then return true end
  return "pool", self.id, jobs.box(self.pool)
end

--- future.arrived: whether it was this one's.
function future.arrived(self)
  jobs.collect(self.pool, "wait", 0)
  return self.job.done == true
end

return future
