// DescribeAnything
