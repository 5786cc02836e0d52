-- Checks files against a lab, as the specs do: TIDELOCK_EXPLORER=spec/support/labs/verdicts.lua
--   tidelock explore LAB-DIRECTORY JOBS MODE FILE ...
-- Prints, for each file, a line `== FILE`, one of fields with tabs between, and the verdict's text. MODE: idle, judge
-- or neither, `-`.
package.preload.tidelock = function() return {} end
local _, directory, jobs, mode = ...
local lab = dofile(directory .. "/lab.lua")
lab.directory, lab.name = directory, "lab"
local check = require "judge.check"
for i = 5, select("#", ...) do
  local path = select(i, ...)
  local verdict = check(lab, path, {
    jobs = tonumber(jobs), idle = mode == "idle", judge = mode == "judge", cap = 120,
  })
  local points = {}
  for _, row in ipairs(verdict.properties) do
    points[#points + 1] = ("%s=%s"):format(row.name, tostring(row.passed))
  end
  print("== " .. path)
  print(table.concat({ verdict.state, tostring(verdict.property), verdict.schedules, tostring(verdict.exhausted),
    tostring(verdict.moves), table.concat(points, ",") }, "\t"))
  io.stdout:write(verdict.text)
end
return 0
