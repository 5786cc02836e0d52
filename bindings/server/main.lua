--- The command `tidelock engine`: each subcommand is the module of its name.
return function(found)
  return require("server." .. found.subcommand)(found)
end
