--- Check: require "labs.check"(lab, path_of_student_file, options) -> verdict (judge/check).
return require "judge.check"
