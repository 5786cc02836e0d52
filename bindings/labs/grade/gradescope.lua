--- Grade gradescope: /autograder/results/results.json of one submission. Students see `output` alone.
local encode = require "formats.json_encode"
local texts = require "labs.grade.texts"

local function test_of(record, property, within)
  return {
    score = property.points or 0, max_score = property.most, status = property.passed and "passed" or "failed",
    name = ("%s: %s"):format(record.title, property.name), number = ("%d.%d"):format(record.number, within),
    output = texts.whole(record, property), output_format = "text", visibility = "visible", tags = { record.lab },
    extra_data = { lab = record.lab, property = property.name, schedules = record.schedules, seed = record.seed,
      exhausted = record.exhausted, moves = record.moves },
  }
end

--- The text for one submission of a report (labs/grade/grade).
return function(_, submission)
  local tests = {}
  for _, record in ipairs(submission.records) do
    for i, property in ipairs(record.properties) do tests[#tests + 1] = test_of(record, property, i) end
  end
  return encode{
    score = submission.points, execution_time = math.floor(submission.seconds + 0.5),
    output = ("%g of %g points"):format(submission.points, submission.most), output_format = "text",
    visibility = "visible", stdout_visibility = "hidden", tests = tests,
  } .. "\n"
end
