--- Grade texts: what all formats tell of a property.
local grade_texts = {}

--- Whether the points of a property were reached.
function grade_texts.passed(property) return property.passed == true end

--- One line: why it failed, or nil.
function grade_texts.why(record, property)
  if property.passed then return nil end
  if property.message and property.message ~= "" then return property.message end
  if record.state == "rejected" then return ("not judged: %s failed first"):format(record.property or "another one") end
  return ("not judged: %s"):format(record.sentence or record.state)
end

--- How it was checked: "17 schedules, seed 1".
function grade_texts.how(record)
  return ("%d schedule%s%s, seed %s"):format(record.schedules or 0, record.schedules == 1 and "" or "s",
    record.exhausted and ", all that there are" or "", tostring(record.seed or 1))
end

--- All that there is to say: the screen for the property that was rejected; for others why, and how it was checked.
function grade_texts.whole(record, property)
  local lines = {}
  if property.passed then
    lines[1] = "passed"
  elseif property.name == record.property or record.state ~= "rejected" then
    lines[1] = (record.text or record.sentence or ""):gsub("\n+$", "")
  else
    lines[1] = grade_texts.why(record, property)
  end
  lines[#lines + 1] = grade_texts.how(record)
  if record.moves and property.name == record.property then lines[#lines + 1] = "schedule: " .. record.moves end
  return table.concat(lines, "\n")
end

--- Calls visit(record, property, number) for each property of a submission.
function grade_texts.each(submission, visit)
  local number = 0
  for _, record in ipairs(submission.records) do
    for _, property in ipairs(record.properties) do
      number = number + 1
      visit(record, property, number)
    end
  end
  return number
end

return grade_texts
