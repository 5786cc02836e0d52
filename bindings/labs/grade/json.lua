--- Grade json: the whole truth; the other formats are made from the same.
local encode = require "formats.json_encode"

--- The text for all submissions of a report (labs/grade/grade).
return function(report)
  local list = {}
  for i, submission in ipairs(report.submissions) do
    list[i] = { name = submission.name, points = submission.points, most = submission.most,
      seconds = submission.seconds, labs = submission.records }
  end
  return encode{ version = 1, tool = "tidelock lab grade", pack = report.pack, seed = report.seed,
    limits = report.limits, jail = report.jail, submissions = list } .. "\n"
end
