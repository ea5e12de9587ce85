// Pays inside WeChat's own browser: hands the signed call to its bridge, then goes to the page of the result.
"use strict";

(function () {
  const call = document.getElementById("wechat-call");
  if (!call) return;

  function pay() {
    WeixinJSBridge.invoke("getBrandWCPayRequest", JSON.parse(call.dataset.call), function () {
      // whatever the bridge says, only the channel's own answer counts, and the result page asks for it
      location.replace(call.dataset.result);
    });
  }

  call.addEventListener("click", pay);
  if (typeof WeixinJSBridge !== "undefined") pay();
  else document.addEventListener("WeixinJSBridgeReady", pay, { once: true });
})();
