import Files
enum Stub {}
