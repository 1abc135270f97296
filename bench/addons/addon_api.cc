// The add job with node-addon-api's AsyncWorker, as its manual shows it. A worker deletes itself
// once OnOK or OnError has run.
#include <napi.h>

class AddWorker : public Napi::AsyncWorker {
public:
  AddWorker(Napi::Env env, double a, double b) : AsyncWorker(env, "add"), a_(a), b_(b) {}
  AddWorker(const Napi::Function& callback, double a, double b)
      : AsyncWorker(callback, "add"), a_(a), b_(b) {}

  void Execute() override { sum_ = a_ + b_; }

protected:
  double a_, b_, sum_ = 0;
};

class PromiseWorker : public AddWorker {
public:
  PromiseWorker(Napi::Env env, double a, double b)
      : AddWorker(env, a, b), deferred_(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise Promise() const { return deferred_.Promise(); }
  void OnOK() override { deferred_.Resolve(Napi::Number::New(Env(), sum_)); }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

private:
  Napi::Promise::Deferred deferred_;
};

class CallbackWorker : public AddWorker {
public:
  using AddWorker::AddWorker;

  void OnOK() override { Callback().Call({Env().Null(), Napi::Number::New(Env(), sum_)}); }
};

static bool TwoNumbers(const Napi::CallbackInfo& info) {
  if (info[0].IsNumber() && info[1].IsNumber()) return true;
  Napi::TypeError::New(info.Env(), "add takes two numbers").ThrowAsJavaScriptException();
  return false;
}

static Napi::Value AddPromise(const Napi::CallbackInfo& info) {
  if (!TwoNumbers(info)) return info.Env().Undefined();
  auto* worker = new PromiseWorker(info.Env(), info[0].As<Napi::Number>().DoubleValue(),
                                   info[1].As<Napi::Number>().DoubleValue());
  Napi::Promise promise = worker->Promise();
  worker->Queue();
  return promise;
}

static void AddCallback(const Napi::CallbackInfo& info) {
  if (!TwoNumbers(info)) return;
  if (!info[2].IsFunction()) {
    Napi::TypeError::New(info.Env(), "add takes a function last").ThrowAsJavaScriptException();
    return;
  }
  auto* worker =
    new CallbackWorker(info[2].As<Napi::Function>(), info[0].As<Napi::Number>().DoubleValue(),
                       info[1].As<Napi::Number>().DoubleValue());
  worker->Queue();
}

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("promise", Napi::Function::New(env, AddPromise, "promise"));
  exports.Set("callback", Napi::Function::New(env, AddCallback, "callback"));
  return exports;
}

NODE_API_MODULE(NODE_GYP_MODULE_NAME, Init)
