// What Node-API 8 cannot say about memory.
(function (layer) {
  'use strict';
  const {
    ArrayBufferIsView, ArrayBufferPrototypeGetResizable, DataViewPrototypeGetBuffer,
    SharedArrayBufferPrototypeGetByteLength, SharedArrayBufferPrototypeGetGrowable,
    TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset, TypedArrayPrototypeGetToStringTag, Uint8Array,
  } = layer.intrinsics;

  const isTypedArray = (value) => TypedArrayPrototypeGetToStringTag(value) !== undefined;

  function isShared(value) {
    try {
      return SharedArrayBufferPrototypeGetByteLength(value) !== undefined;
    } catch {
      return false;
    }
  }

  function bufferOf(value) {
    if (!ArrayBufferIsView(value)) return value;
    return (isTypedArray(value) ? TypedArrayPrototypeGetBuffer : DataViewPrototypeGetBuffer)(value);
  }

  // The bytes of a SharedArrayBuffer, or of a typed array that is newer than Node-API 8;
  // undefined: it is neither.
  layer.bytesOf = (value) => {
    if (isShared(value)) return new Uint8Array(value);
    if (!isTypedArray(value)) return undefined;
    return new Uint8Array(
      TypedArrayPrototypeGetBuffer(value), TypedArrayPrototypeGetByteOffset(value),
      TypedArrayPrototypeGetByteLength(value),
    );
  };

  // Whether the memory of a view or buffer can neither shrink nor grow.
  layer.isFixed = (value) => {
    const buffer = bufferOf(value);
    if (isShared(buffer)) return SharedArrayBufferPrototypeGetGrowable(buffer) !== true;
    return ArrayBufferPrototypeGetResizable(buffer) !== true;
  };
})
