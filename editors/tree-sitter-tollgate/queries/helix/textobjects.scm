(rule) @function.around

(policy) @class.around

(test) @test.around

(argument) @parameter.inside

(comment) @comment.inside

(comment)+ @comment.around
