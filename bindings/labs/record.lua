--- Record: a verdict as the whole truth for tools, of which the formats of grading are made.
local pack = require "labs.pack"

local record = {}

local function property_of(property)
  return { name = property.name, points = property.points, most = property.most, passed = property.passed,
    judged = property.passed ~= nil, message = property.message }
end

--- A table of plain values.
function record.of(lab, verdict)
  local properties, points, most = {}, 0, 0
  for i, property in ipairs(verdict.properties or {}) do
    properties[i] = property_of(property)
    points, most = points + (property.points or 0), most + (property.most or 0)
  end
  return {
    lab = lab.name, file = pack.file_name(lab), title = lab.title, number = lab.number, state = verdict.state,
    exhausted = verdict.exhausted,
    schedules = verdict.schedules, property = verdict.property, sentence = verdict.sentence, why = verdict.why,
    text = verdict.text, moves = verdict.moves, seed = verdict.seed, seconds = verdict.seconds,
    points = points, most = most, properties = properties,
  }
end

return record
