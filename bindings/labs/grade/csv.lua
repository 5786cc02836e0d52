--- Grade csv: the points, a row a submission, a column a lab, for a table of grades.

-- A field; quoted where it could be taken for something else.
local function field(value)
  local text = tostring(value)
  if text:find "^[%w_. -]*$" and not text:find "^[-]" then return text end
  return '"' .. text:gsub('"', '""') .. '"'
end

local function row(list)
  local fields = {}
  for i, value in ipairs(list) do fields[i] = field(value) end
  return table.concat(fields, ",") .. "\r\n"
end

--- The text for all submissions of a report (labs/grade/grade).
return function(report)
  local head, lines = { "submission", "points", "most" }, {}
  for i, record in ipairs(report.submissions[1].records) do head[3 + i] = record.lab end
  lines[1] = row(head)
  for _, submission in ipairs(report.submissions) do
    local list = { submission.name, submission.points, submission.most }
    for i, record in ipairs(submission.records) do list[3 + i] = record.points end
    lines[#lines + 1] = row(list)
  end
  return table.concat(lines)
end
