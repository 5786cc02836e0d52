local step = {}
function step.play() end
function step.prove() return true end
function step.run() return 0 end
return step
