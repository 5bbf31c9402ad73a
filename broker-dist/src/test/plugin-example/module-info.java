/** An example of a plugin: one password for everybody. */
module com.example.housepassword {
  requires io.strmqtt.api;

  provides io.strmqtt.api.auth.AuthenticatorProvider with
      com.example.housepassword.HousePasswordProvider;
}
