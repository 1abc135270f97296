{
  "targets": [
    {
      "target_name": "add",
      "sources": ["add.c"],
      "dependencies": ["<!(node -p \"require('offloop').gyp\"):offloop"]
    }
  ]
}
