--- Source text: what Lua takes of a file: without a mark of UTF-8 in front, and a first line that begins with # is a
--- comment. The lines keep their numbers.
return function(text)
  return (text:gsub("^\xEF\xBB\xBF", ""):gsub("^#", "--", 1))
end
