// What Node-API 8 cannot say about memory, and how much of it a value may have.
//
// Whether a buffer is shared only the getters of the two classes tell, and each throws for an
// object of the other class: an error with its stack costs more than the rest of a call. So the
// prototype, which anybody may replace, decides who is asked first, and the getter decides.
(function (layer) {
  'use strict';
  const {
    ArrayBufferIsView, ArrayBufferPrototypeGetByteLength, ArrayBufferPrototypeGetResizable,
    bufferConstants, DataViewPrototypeGetBuffer, ObjectGetPrototypeOf, SharedArrayBufferPrototype,
    SharedArrayBufferPrototypeGetByteLength, SharedArrayBufferPrototypeGetGrowable,
    StringPrototypeSlice, process,
    TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength,
    TypedArrayPrototypeGetByteOffset, TypedArrayPrototypeGetToStringTag, Uint8Array,
  } = layer.intrinsics;

  // Of Node before 20.16 and 22.3, which do not let the layer look at node:buffer. What is more
  // than they can have they say themselves.
  const old = StringPrototypeSlice(`${process?.versions?.node}`, 0, 2) < '22';
  const OF_NODE = { MAX_LENGTH: old ? 2 ** 32 : Infinity, MAX_STRING_LENGTH: 2 ** 29 - 24 };
  const { MAX_LENGTH, MAX_STRING_LENGTH } = bufferConstants ?? OF_NODE;

  // The most bytes that a string may be made of, or that a Buffer or typed array may have.
  layer.mostOf = (isText) => (isText ? MAX_STRING_LENGTH : MAX_LENGTH);

  const isTypedArray = (value) => TypedArrayPrototypeGetToStringTag(value) !== undefined;

  function passes(getByteLength, value) {
    try {
      return getByteLength(value) !== undefined;
    } catch {
      return false;
    }
  }

  // [value] is memory of either class: what the one refuses is of the other.
  function isSharedBuffer(value) {
    return ObjectGetPrototypeOf(value) === SharedArrayBufferPrototype
      ? passes(SharedArrayBufferPrototypeGetByteLength, value)
      : !passes(ArrayBufferPrototypeGetByteLength, value);
  }

  function bufferOf(value) {
    if (!ArrayBufferIsView(value)) return value;
    return (isTypedArray(value) ? TypedArrayPrototypeGetBuffer : DataViewPrototypeGetBuffer)(value);
  }

  // The bytes of a SharedArrayBuffer, or of a typed array that is newer than Node-API 8;
  // undefined: it is neither.
  layer.bytesOf = (value) => {
    if (isTypedArray(value)) {
      return new Uint8Array(
        TypedArrayPrototypeGetBuffer(value), TypedArrayPrototypeGetByteOffset(value),
        TypedArrayPrototypeGetByteLength(value),
      );
    }
    return passes(SharedArrayBufferPrototypeGetByteLength, value)
      ? new Uint8Array(value)
      : undefined;
  };

  // Whether the memory of a view or buffer can neither shrink nor grow.
  layer.isFixed = (value) => {
    const buffer = bufferOf(value);
    return isSharedBuffer(buffer)
      ? SharedArrayBufferPrototypeGetGrowable(buffer) !== true
      : ArrayBufferPrototypeGetResizable(buffer) !== true;
  };
})
